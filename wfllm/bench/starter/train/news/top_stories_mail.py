"""Build a digest of Hacker News. The front page is at https://hn.algolia.com/api/v1/search?tags=front_page: "hits" is a list with title, url and points. Keep the stories with 200 points or more as Markdown links, turn them into rich text and prepare an email to me@example.com titled "Top stories" with today's date."""
page = is_workflow_actions_downloadurl(WFURL="https://hn.algolia.com/api/v1/search?tags=front_page")
stories = page["hits"]
for Repeat_Index, Repeat_Item in enumerate(stories, start=1):
    points = Repeat_Item["points"]
    if points >= 200:
        link = f"- [{Repeat_Item['title']}]({Repeat_Item['url']}) ({points})"
        Links.append(link)
digest = is_workflow_actions_text_combine(text=Links)
body = is_workflow_actions_getrichtextfrommarkdown(WFInput=digest)
today = is_workflow_actions_format_date(WFDate=current_date(), WFDateFormatStyle="Long", WFTimeFormatStyle="None")
is_workflow_actions_sendemail(WFSendEmailActionToRecipients="me@example.com", WFSendEmailActionSubject=f"Top stories {today}", WFSendEmailActionInputAttachments=body)
