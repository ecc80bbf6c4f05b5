"""Prepare notes for my next meeting today: a draft in Drafts tagged "meeting" with the title as heading, the start time and place, and empty sections for Decisions and Actions. Then record until I tap and keep the recording in Meetings."""
event = is_workflow_actions_getupcomingevents(WFDateSpecifier="Today")
start = is_workflow_actions_properties_calendarevents(WFInput=event, WFContentItemPropertyName="Start Date")
place = is_workflow_actions_properties_calendarevents(WFInput=event, WFContentItemPropertyName="Location")
time = is_workflow_actions_format_date(WFDate=start, WFDateFormatStyle="None")
com_agiletortoise_Drafts5_CaptureIntent(content=f"# {get_property(event, 'Title')}\n{time}, {place}\n\n## Decisions\n\n## Actions\n", tags="meeting")
recording = is_workflow_actions_recordaudio()
is_workflow_actions_documentpicker_save(WFInput=recording, WFAskWhereToSave=False, WFFileDestinationPath="Meetings/")
