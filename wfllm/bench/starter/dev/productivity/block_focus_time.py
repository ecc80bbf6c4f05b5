"""Book a focus block: ask for a title and how many hours, starting now. Put it in my Work calendar, start a Timery entry with the same description and turn on Do Not Disturb until the block ends."""
title = input("What for?")
hours = ask("How many hours?", type="Number", default=2)
end = is_workflow_actions_adjustdate(WFDate=current_date(), WFDuration=quantity(hours, "hr"))
is_workflow_actions_addnewevent(WFCalendarItemTitle=title, WFCalendarDescriptor="Work", WFCalendarItemStartDate=current_date(), WFCalendarItemEndDate=end)
com_joehribar_toggl_StartTimeEntryIntent(timeEntryDescription=title)
is_workflow_actions_dnd_set(Enabled=True, AssertionType="Time", Time=end)
