"""Let a child guess a number between 1 and 20 that the phone thinks up. There are five tries; after each, say higher, lower or that it is right, and end the game once it is. If all five fail, show the number."""
secret = is_workflow_actions_number_random(WFRandomNumberMinimum=1, WFRandomNumberMaximum=20)
for Repeat_Index in range(1, 6):
    guess = ask(f"Try {Repeat_Index}: your number?", type="Number")
    if guess == secret:
        is_workflow_actions_speaktext(WFText="Right, hooray!")
        exit_shortcut(secret)
    else:
        if guess < secret:
            is_workflow_actions_speaktext(WFText="Higher")
        else:
            is_workflow_actions_speaktext(WFText="Lower")
is_workflow_actions_showresult(Text=f"It was {secret}")
