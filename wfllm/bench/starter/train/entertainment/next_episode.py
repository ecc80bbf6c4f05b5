"""When is the next episode of my series? Ask for the title, query api.tvmaze.com/singlesearch/shows with embed=nextepisode, and if an episode is coming up put it in my calendar at its air time with an alert when it starts; otherwise tell me nothing is planned."""
title = input("Which series?")
query = is_workflow_actions_urlencode(WFInput=title)
reply = is_workflow_actions_downloadurl(WFURL=f"https://api.tvmaze.com/singlesearch/shows?q={query}&embed=nextepisode")
show = is_workflow_actions_detect_dictionary(WFInput=reply)
embedded = show["_embedded"]
if embedded:
    episode = embedded["nextepisode"]
    name = episode["name"]
    stamp = episode["airstamp"]
    start = coerce(stamp, "WFDateContentItem")
    end = is_workflow_actions_adjustdate(WFDate=start, WFDuration=quantity(1, "hr"))
    is_workflow_actions_addnewevent(WFCalendarItemTitle=f"{title}: {name}", WFCalendarItemStartDate=start, WFCalendarItemEndDate=end, WFAlertTime="At time of event", ShowWhenRun=False)
else:
    is_workflow_actions_showresult(Text=f"No new episode of {title} is planned.")
