"""Load the 15 newest items of the BBC world feed, https://feeds.bbci.co.uk/news/world/rss.xml, let me choose one and open it in reader view."""
items = is_workflow_actions_rss(WFRSSFeedURL="https://feeds.bbci.co.uk/news/world/rss.xml", WFRSSItemQuantity=15)
article = is_workflow_actions_choosefromlist(WFInput=items, WFChooseFromListActionPrompt="Headlines")
is_workflow_actions_showwebpage(WFURL=get_property(article, "URL"), WFEnterSafariReader=True)
