"""I want to study in rounds: ask how many (usually 4), silence notifications, and for each round let me work 25 minutes, then buzz and announce a 5 minute break. Turn notifications back on when I am done."""
rounds = ask("How many rounds?", type="Number", default=4)
is_workflow_actions_dnd_set(Enabled=True)
for Repeat_Index in range(1, rounds + 1):
    is_workflow_actions_speaktext(WFText=f"Round {Repeat_Index}, focus")
    is_workflow_actions_delay(WFDelayTime=1500)
    is_workflow_actions_vibrate()
    is_workflow_actions_speaktext(WFText="Take a break")
    is_workflow_actions_delay(WFDelayTime=300)
is_workflow_actions_dnd_set(Enabled=False)
