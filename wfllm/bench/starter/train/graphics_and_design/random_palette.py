"""Invent a colour palette: five random hex codes such as #3FA0C2, each built from six random hex digits. Show the codes one per line and copy them."""
digits_text = "0123456789ABCDEF"
digits = is_workflow_actions_text_split(text=digits_text, WFTextSeparator="Every Character")
for Repeat_Index in range(1, 5 + 1):
    Repeat_Results_2 = []
    for Repeat_Index_2 in range(1, 6 + 1):
        digit = is_workflow_actions_getitemfromlist(WFInput=digits, WFItemSpecifier="Random Item")
        Repeat_Results_2.append(digit)
    code = is_workflow_actions_text_combine(text=Repeat_Results_2, WFTextSeparator="Custom", WFTextCustomSeparator="")
    hex_code = f"#{code}"
    Palette.append(hex_code)
palette_text = is_workflow_actions_text_combine(text=Palette)
is_workflow_actions_setclipboard(WFInput=palette_text)
is_workflow_actions_showresult(Text=palette_text)
