"""Pause my music, read the five latest titles from https://feeds.npr.org/1001/rss.xml aloud one by one, then carry on playing."""
is_workflow_actions_pausemusic(WFPlayPauseBehavior="Pause")
items = is_workflow_actions_rss(WFRSSFeedURL="https://feeds.npr.org/1001/rss.xml", WFRSSItemQuantity=5)
for Repeat_Index, Repeat_Item in enumerate(items, start=1):
    is_workflow_actions_speaktext(WFText=f"{Repeat_Index}. {get_property(Repeat_Item, 'Title')}")
is_workflow_actions_pausemusic(WFPlayPauseBehavior="Play")
