"""The questions put to the village: studies, comparisons, figures and sheets."""
