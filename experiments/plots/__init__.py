"""Figures: tidy tables in, one matplotlib Figure out, all in one house style.

fans.fans, differences.paired_differences, network.network_response, map.network_map,
sweep.sweep_heatmap, sweep.sweep_lines and timeline.timeline draw; beside each stands a function
that returns the numbers it plots. style.save writes SVG, PNG and CSV.
"""
