"""Read me the news while I make coffee. Take the top three titles from each of my two feeds, https://www.theguardian.com/world/rss and https://feeds.npr.org/1001/rss.xml, announce the feed first, then at half volume speak it all in one go."""
feeds = ["https://www.theguardian.com/world/rss", "https://feeds.npr.org/1001/rss.xml"]
for Repeat_Index, Repeat_Item in enumerate(feeds, start=1):
    host = is_workflow_actions_geturlcomponent(WFURL=Repeat_Item, WFURLComponent="Host")
    heading = f"From {host}:"
    Script.append(heading)
    items = is_workflow_actions_rss(WFRSSFeedURL=Repeat_Item, WFRSSItemQuantity=3)
    for Repeat_Index_2, Repeat_Item_2 in enumerate(items, start=1):
        title = f"{Repeat_Index_2}: {get_property(Repeat_Item_2, 'Title')}."
        Script.append(title)
script_text = is_workflow_actions_text_combine(text=Script)
is_workflow_actions_setvolume(WFVolume=0.5)
is_workflow_actions_speaktext(WFText=script_text)
