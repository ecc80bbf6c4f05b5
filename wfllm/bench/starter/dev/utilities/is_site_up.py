"""Check three of my sites (example.com, example.org and example.net): fetch each page and list those that return nothing. If all of them answer, show All up."""
sites = ["example.com", "example.org", "example.net"]
for Repeat_Index, Repeat_Item in enumerate(sites, start=1):
    page = is_workflow_actions_downloadurl(WFURL=f"https://{Repeat_Item}")
    length = is_workflow_actions_count(WFCountType="Characters", Input=page)
    if length == 0:
        Down.append(Repeat_Item)
if Down:
    names = is_workflow_actions_text_combine(text=Down)
    is_workflow_actions_showresult(Text=f"Down:\n{names}")
else:
    is_workflow_actions_showresult(Text="All up")
