"""Run pomodoros for me. Ask what I work on and how many rounds, turn on Do Not Disturb, and for each round track "Deep Work" in Timery with my description, wait 25 minutes (1500 seconds), stop tracking, tell me to rest and wait 300 seconds. After the final round turn Do Not Disturb off again and say we're done."""
task = input("What are you working on?")
rounds = ask("How many rounds?", type="Number", default=4)
is_workflow_actions_dnd_set(Enabled=True)
for Repeat_Index in range(1, rounds + 1):
    com_joehribar_toggl_StartTimeEntryIntent(project="Deep Work", timeEntryDescription=task)
    is_workflow_actions_delay(WFDelayTime=1500)
    com_joehribar_toggl_StopTimeEntryIntent()
    is_workflow_actions_speaktext(WFText=f"Round {Repeat_Index} is over, take a rest")
    is_workflow_actions_delay(WFDelayTime=300)
is_workflow_actions_dnd_set(Enabled=False)
is_workflow_actions_speaktext(WFText="All rounds done")
