"""Have CARROT Weather give me its current report and read it aloud a bit faster than usual. When the report says anything about rain, also remind me to close the windows."""
report = com_grailr_CARROTweather_CurrentForecastIntent()
is_workflow_actions_speaktext(WFText=report, WFSpeakTextRate=0.6)
if "rain" in report:
    is_workflow_actions_addnewreminder(WFCalendarItemTitle="Close the windows")
