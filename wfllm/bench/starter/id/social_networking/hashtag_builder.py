"""Turn the topics I type, separated by spaces, into hashtags: lower case, each with a # in front, all on one line, copied so I can paste them under a post."""
topics = input("Topics")
lower = is_workflow_actions_text_changecase(text=topics, WFCaseType="lowercase")
words = is_workflow_actions_text_split(text=lower, WFTextSeparator="Spaces")
Repeat_Results = []
for Repeat_Index, Repeat_Item in enumerate(words, start=1):
    tag = f"#{Repeat_Item}"
    Repeat_Results.append(tag)
tags = is_workflow_actions_text_combine(text=Repeat_Results, WFTextSeparator="Spaces")
is_workflow_actions_setclipboard(WFInput=tags)
