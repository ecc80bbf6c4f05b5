"""`wfllm reproduce`: a table's list of runs as jobs, which of them are finished, what came of them."""
