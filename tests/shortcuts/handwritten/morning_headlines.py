"""Fetch the headlines of the feeds I follow, let me pick some, and read or save them."""

# The feeds, by the name I see in the menu
feeds = {
    "World": {"url": "https://example.com/world.json", "limit": 5},
    "Science 🔬": {"url": "https://example.com/science.json", "limit": 3},
    "Local": {"url": "https://example.com/local.json", "limit": 10, "muted": True},
}

names = feeds.keys()
chosen = is_workflow_actions_choosefromlist(
    WFInput=names,
    WFChooseFromListActionPrompt="Which news?",
    WFChooseFromListActionSelectMultiple=True,
)

for name in chosen:
    feed = feeds[name]
    muted = feed["muted"]
    if not muted:
        address = feed["url"]
        answer = is_workflow_actions_downloadurl(
            WFURL=address,
            WFHTTPMethod="GET",
            WFHTTPHeaders={"Accept": "application/json", "X-Client": f"shortcut on {device_details('Device Model')}"},
        )
        headlines = answer["items"]
        limit = feed["limit"]
        top = is_workflow_actions_getitemfromlist(
            WFInput=headlines,
            WFItemSpecifier="Items in Range",
            WFItemRangeStart=1,
            WFItemRangeEnd=limit,
        )
        for item in top:
            title = item["title"]
            link = item["link"]
            Lines.append(f"• {title} – {link}")

count = is_workflow_actions_count(Input=Lines, WFCountType="Items")
if count == 0:
    is_workflow_actions_notification(WFNotificationActionBody="Nothing new today 😴")
    exit_shortcut()

text = is_workflow_actions_text_combine(text=Lines, WFTextSeparator="New Lines")
match menu(f"{count} headlines", ["Read aloud", "Save", "Nothing"]):
    case "Read aloud":
        is_workflow_actions_speaktext(WFText=text)
    case "Save":
        today = format_date(current_date(), "Custom", WFDateFormat="yyyy-MM-dd")
        is_workflow_actions_documentpicker_save(
            WFInput=text,
            WFAskWhereToSave=False,
            WFFileDestinationPath=f"News/{today}.txt",
        )
    case "Nothing":
        pass
