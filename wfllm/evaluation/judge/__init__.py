"""Pass rate (paper, section 4): a judge reads request, allowed APIs and code, and says whether it passes."""
