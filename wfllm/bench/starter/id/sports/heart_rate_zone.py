"""Which training zone am I in? Ask my age and my pulse; the maximum is 220 minus age. Between 60 and 70 percent of it I'm in the base zone, above that tempo, below that warm-up. Say it aloud."""
age = ask("Age", type="Number")
pulse = ask("Pulse", type="Number")
percent = is_workflow_actions_calculateexpression(Input=f"100 * {pulse} / (220 - {age})")
if 60 <= percent <= 70:
    is_workflow_actions_speaktext(WFText="Base zone")
else:
    if percent > 70:
        is_workflow_actions_speaktext(WFText="Tempo")
    else:
        is_workflow_actions_speaktext(WFText="Warm-up")
