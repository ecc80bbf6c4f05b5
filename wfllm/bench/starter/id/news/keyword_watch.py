"""Ask me for a topic and go through the 30 latest items of https://www.theguardian.com/world/rss. Collect the titles that mention it, then show the list, or tell me if there was nothing."""
topic = input("Which topic?")
items = is_workflow_actions_rss(WFRSSFeedURL="https://www.theguardian.com/world/rss", WFRSSItemQuantity=30)
for Repeat_Index, Repeat_Item in enumerate(items, start=1):
    title = get_property(Repeat_Item, "Title")
    if topic in title:
        Matches.append(title)
if Matches:
    found = is_workflow_actions_text_combine(text=Matches)
    is_workflow_actions_showresult(Text=found)
else:
    is_workflow_actions_alert(WFAlertActionMessage=f"Nothing about {topic}")
