"""What can go wrong with a packet, told in a line."""


class PacketError(ValueError):
    """Results, or a group, of which no packet can be made; the message says why."""
