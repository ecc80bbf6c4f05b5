"""Show a QR code with my business card so people can scan me in. Ask for my name and mail address, the company is always Example Ltd, and make the screen as bright as possible. Refuse addresses that don't contain an @ or that end in .invalid."""
name = input("Name")
mail = input("Mail")
if "@" not in mail or mail.endswith(".invalid"):
    exit_shortcut()
code = is_workflow_actions_generatebarcode(WFText=f"BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nORG:Example Ltd\nEMAIL:{mail}\nEND:VCARD")
is_workflow_actions_setbrightness(WFBrightness=1)
is_workflow_actions_previewdocument(WFInput=code)
