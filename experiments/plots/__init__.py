"""Figures: tidy tables in, one matplotlib Figure out, all in one house style.

fans.fans, differences.paired_differences, network.network_response, map.network_map,
sweep.sweep_heatmap and sweep.sweep_lines draw; beside each stands a function that returns the
numbers it plots. style.save writes SVG, PNG and CSV.
"""
