"""A silent metronome: I type the beats per minute and you buzz 32 times at that tempo."""
tempo = ask("Beats per minute", type="Number", default=60)
pause = is_workflow_actions_math(WFInput=60, WFMathOperation="÷", WFMathOperand=tempo)
for Repeat_Index in range(1, 32 + 1):
    is_workflow_actions_vibrate(WFVibrateHapticType="Click")
    is_workflow_actions_delay(WFDelayTime=pause)
