"""Plan the way to the next meeting: find it, ask how to get there, set an alarm and tell whoever waits."""

events = is_workflow_actions_getupcomingevents(WFGetUpcomingItemCount=1)
if not events:
    is_workflow_actions_speaktext(WFText="No meetings today.")
    exit_shortcut()

place = get_property(events, "Location")
start = get_property(events, "Start Date")
Title = get_property(events, "Title")

way = is_workflow_actions_gettraveltime(WFDestination=place, WFGetDirectionsActionMode="Driving")
early = is_workflow_actions_adjustdate(WFDate=start, WFAdjustOperation="Subtract", WFDuration=quantity(15, "min"))
leave = is_workflow_actions_format_date(WFDate=early, WFDateFormatStyle="None", WFTimeFormatStyle="Short")

Options = None
for step in range(1, 4):
    later = is_workflow_actions_adjustdate(WFDate=early, WFDuration=quantity(step, "min"))
    Options.append(later)

pick = is_workflow_actions_choosefromlist(WFInput=Options, WFChooseFromListActionPrompt=f"Leave at {leave}? 🚗 {way}")
is_workflow_actions_alarm_create(WFTime=pick, WFLabel=f"Leave for {Title}")

message = f"I am on my way to {Title}, {way} to go."
number_of_words = is_workflow_actions_count(Input=message, WFCountType="Words")
if number_of_words > 3 and "way" in message and Title:
    result = run_shortcut("Tell everybody", {"text": message, "when": f"{leave}", "where": place})
    if result == "sent":
        is_workflow_actions_notification(WFNotificationActionBody="They know.")
    else:
        run_this_shortcut(result)
