"""Golden ratio for my other shortcuts: given a width in pixels as input, divide it by 1.618, round to whole pixels and return "width x height"."""
exact = is_workflow_actions_math(WFInput=shortcut_input(), WFMathOperation="÷", WFMathOperand=1.618)
height = is_workflow_actions_round(WFInput=exact)
output(f"{shortcut_input()} x {height}")
