"""Walk me through my evening review. Stop the Timery timer, then ask for one win and for my energy from 1 to 10. With 7 or more note "great day", from 4 to 6 "fine day", below that "rough day" and set a reminder to go to bed early. Show tomorrow's events with start times (or "nothing planned"), then let me enter up to three tasks for tomorrow, each becoming a reminder on the list Tomorrow. Append date, win and mood to Journal.md and keep the same text in Drafts with the tag review. Finally ask what next: reading opens Books, sleeping sets brightness to zero, turns on Do Not Disturb and locks the screen."""
com_joehribar_toggl_StopTimeEntryIntent()
win = input("One win today?")
energy = ask("Energy from 1 to 10?", type="Number", default=5)
if energy >= 7:
    If_Result = "great day"
else:
    if 4 <= energy <= 6:
        If_Result_2 = "fine day"
    else:
        is_workflow_actions_addnewreminder(WFCalendarItemTitle="Go to bed early", WFAlertEnabled="Alert", WFAlertCustomTime="Tomorrow at 9pm")
        If_Result_2 = "rough day"
    If_Result = If_Result_2
events = is_workflow_actions_getupcomingevents(WFGetUpcomingItemCount=10, WFDateSpecifier="Tomorrow")
if events:
    for Repeat_Index, Repeat_Item in enumerate(events, start=1):
        start = is_workflow_actions_properties_calendarevents(WFInput=Repeat_Item, WFContentItemPropertyName="Start Date")
        time = is_workflow_actions_format_date(WFDate=start, WFDateFormatStyle="None")
        line = f"{time} {get_property(Repeat_Item, 'Title')}"
        Agenda.append(line)
    agenda_text = is_workflow_actions_text_combine(text=Agenda)
    is_workflow_actions_showresult(Text=agenda_text)
else:
    is_workflow_actions_showresult(Text="Nothing planned")
for Repeat_Index in range(1, 3 + 1):
    task = input(f"Task {Repeat_Index} for tomorrow")
    if task:
        is_workflow_actions_addnewreminder(WFCalendarItemTitle=task, WFCalendarDescriptor="Tomorrow")
entry = f"## {format_date(current_date(), WFDateFormatStyle='Long', WFTimeFormatStyle='None')}\n{win} ({If_Result})"
is_workflow_actions_file_append(WFFilePath="Journal.md", WFInput=entry)
com_agiletortoise_Drafts5_CaptureIntent(content=entry, tags="review")
match menu("What next?", ["Reading", "Sleeping"]):
    case "Reading":
        is_workflow_actions_openapp(WFAppIdentifier="com.apple.iBooks")
    case "Sleeping":
        is_workflow_actions_setbrightness(WFBrightness=0)
        is_workflow_actions_dnd_set(Enabled=True)
        is_workflow_actions_lockscreen()
