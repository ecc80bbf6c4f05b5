"""Show where my money goes. Read Finance/budget.csv (it has a header row with the columns name and amount), draw it as a donut in Charty with the title "Budget", and copy the picture to the clipboard so I can paste it anywhere."""
csv = is_workflow_actions_documentpicker_open(WFGetFilePath="Finance/budget.csv")
chart_id = com_brogrammers_charty_NewChartIntent(title="Budget")
com_brogrammers_charty_AddSeriesFromCSVIntent(csv=csv, chartId=chart_id, seriesType="donut", donutLabelsColumn="name", donutValuesColumn="amount")
com_brogrammers_charty_CopyChartToClipboardIntent(chartId=chart_id, appearance="light")
is_workflow_actions_notification(WFNotificationActionBody="Chart copied.")
