"""What a build has made, in numbers: beside the paper's, as tables, plots, a page and a dataset card."""
