"""Log a habit to a file as JSON, with the weather, and count the streak."""

habit = input("What did you do?")
minutes = ask("For how many minutes?", type="Number", default=30)
when = is_workflow_actions_date(WFDateActionMode="Current Date")
stamp = is_workflow_actions_format_date(WFDate=when, WFDateFormatStyle="ISO 8601", WFISO8601IncludeTime=True)
weather = is_workflow_actions_weather_currentconditions()

entry = {
    "habit": habit,
    "minutes": number(minutes),
    "at": f"{stamp}",
    "done": True,
    "tags": ["daily", "self", f"min-{minutes}"],
    "weather": {"condition": f"{get_property(weather, 'Condition')}", "degrees": number(weather)},
}

file = is_workflow_actions_documentpicker_open(
    WFGetFilePath="Habits/log.json", WFShowFilePicker=False, WFFileErrorIfNotFound=False
)
Streak = 0
if file:
    log = is_workflow_actions_detect_dictionary(WFInput=file)
    entries = log["entries"]
    for entry_before in entries:
        same_habit = entry_before["habit"]
        if same_habit == habit:
            counted = is_workflow_actions_math(WFInput=Streak, WFMathOperation="+", WFMathOperand=1)
            Streak = counted
        Entries.append(entry_before)

Entries.append(entry)
log = {"entries": [], "streak": 0}
log = is_workflow_actions_setvalueforkey(WFDictionary=log, WFDictionaryKey="entries", WFDictionaryValue=Entries)
log = is_workflow_actions_setvalueforkey(WFDictionary=log, WFDictionaryKey="streak", WFDictionaryValue=Streak)
is_workflow_actions_documentpicker_save(
    WFInput=log, WFAskWhereToSave=False, WFFileDestinationPath="Habits/log.json", WFSaveFileOverwrite=True
)

if Streak == 7:
    praise = "A whole week! 🏅"
elif Streak > 30:
    praise = "More than a month! 🏆"
else:
    praise = f"{Streak} times now."
is_workflow_actions_showresult(Text=f"{habit}: {praise}")
