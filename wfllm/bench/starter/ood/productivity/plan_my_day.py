"""Plan today in Structured: ask how many blocks I want, then for each one ask its title, say its number aloud and add it as a task for today. When that's finished show today's whole schedule and start the focus timer on the first task and carry on inside the Shortcuts app."""
number = ask("How many blocks?", type="Number", default=3)
for Repeat_Index in range(1, number + 1):
    title = input(f"Title of block {Repeat_Index}")
    is_workflow_actions_speaktext(WFText=f"Block {Repeat_Index}: {title}")
    com_leomehlig_today_AddTaskIntent(title=title, day=current_date())
schedule = com_leomehlig_today_DayScheduleIntent()
com_leomehlig_today_ShowTaskIntent(tasks=schedule)
first = is_workflow_actions_getitemfromlist(WFInput=schedule)
com_leomehlig_today_FocusTimerIntent(task=first)
is_workflow_actions_handoff()
