"""Draw my last week for the home screen: ask me for seven step counts one after the other, make a line chart named Steps in Charty with the days 1 to 7, style it without a border, update the Charty widgets and copy a short checksum (SHA1) of the numbers so I can tell when they change."""
for Repeat_Index in range(1, 7 + 1):
    steps = ask(f"Steps on day {Repeat_Index}", type="Number")
    Days.append(Repeat_Index)
    Counts.append(steps)
chart = com_brogrammers_charty_NewChartWithSeriesIntent(title="Steps", seriesLabel="Steps", lineXValues=Days, lineYValues=Counts)
com_brogrammers_charty_StyleChartIntent(chartId=chart, showBorder=False)
com_brogrammers_charty_UpdateWidgetsIntent()
numbers = is_workflow_actions_text_combine(text=Counts)
checksum = is_workflow_actions_hash(WFInput=numbers, WFHashType="SHA1")
is_workflow_actions_setclipboard(WFInput=checksum)
