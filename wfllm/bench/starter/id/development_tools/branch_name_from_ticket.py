"""Turn a ticket into a git branch name. Ask me for the ticket number and its title, lower-case the title, replace everything that isn't a letter or digit with a dash, and copy something like feature/123-fix-login."""
ticket = ask("Ticket number", type="Number")
title = input("Ticket title")
lower_title = is_workflow_actions_text_changecase(text=title, WFCaseType="lowercase")
slug = is_workflow_actions_text_replace(WFInput=lower_title, WFReplaceTextFind="[^a-z0-9]+", WFReplaceTextReplace="-", WFReplaceTextRegularExpression=True)
branch = f"feature/{ticket}-{slug}"
is_workflow_actions_setclipboard(WFInput=branch)
