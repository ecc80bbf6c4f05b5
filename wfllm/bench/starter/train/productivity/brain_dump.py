"""Let me talk without stopping until I tap and fix the spelling. When I mentioned a date or time, make a reminder out of it that alerts me then; otherwise keep it as a new draft in Drafts tagged "brain dump"."""
speech = is_workflow_actions_dictatetext(WFDictateTextStopListening="On Tap")
corrected = is_workflow_actions_correctspelling(text=speech)
dates = is_workflow_actions_detect_date(WFInput=corrected)
if dates:
    date = is_workflow_actions_getitemfromlist(WFInput=dates)
    is_workflow_actions_addnewreminder(WFCalendarItemTitle=corrected, WFAlertEnabled="Alert", WFAlertCustomTime=date)
else:
    com_agiletortoise_Drafts5_CaptureIntent(content=corrected, tags="brain dump")
