"""Pass rate (paper, Evaluation): a judge reads request, allowed APIs and code, and says whether it passes."""
