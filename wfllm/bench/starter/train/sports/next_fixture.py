"""When does Arsenal play next? TheSportsDB knows: www.thesportsdb.com/api/v1/json/3/eventsnext.php?id=133604, key "events", first one. Show me the event's name (strEvent) and day (dateEvent), and add it to my calendar as an all-day event."""
answer = is_workflow_actions_downloadurl(WFURL="https://www.thesportsdb.com/api/v1/json/3/eventsnext.php?id=133604")
fixture = is_workflow_actions_getitemfromlist(WFInput=answer["events"])
name = fixture["strEvent"]
day = is_workflow_actions_detect_date(WFInput=fixture["dateEvent"])
is_workflow_actions_addnewevent(WFCalendarItemTitle=name, WFCalendarItemStartDate=day, WFCalendarItemEndDate=day, WFCalendarItemAllDay=True, ShowWhenRun=False)
is_workflow_actions_showresult(Text=f"{name} on {day}")
