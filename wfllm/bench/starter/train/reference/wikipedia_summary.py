"""I'd like a quick lookup: I type a topic, you fetch en.wikipedia.org/api/rest_v1/page/summary/ plus the topic (percent-encoded) and show the extract under the title. If there's no extract, search the web with DuckDuckGo instead."""
topic = input("Topic")
encoded_topic = is_workflow_actions_urlencode(WFInput=topic)
page = is_workflow_actions_downloadurl(WFURL=f"https://en.wikipedia.org/api/rest_v1/page/summary/{encoded_topic}")
if page["extract"]:
    is_workflow_actions_showresult(Text=f"{page['title']}\n{page['extract']}")
else:
    is_workflow_actions_searchweb(WFInputText=topic, WFSearchWebDestination="DuckDuckGo")
