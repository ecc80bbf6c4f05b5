"""I borrowed a book. Ask for its title, set the due date three weeks from now and remind me then to return it. Also write the title and due date into Loans.txt."""
title = input("Which book?")
due = is_workflow_actions_adjustdate(WFDate=current_date(), WFDuration=quantity(3, "weeks"))
is_workflow_actions_addnewreminder(WFCalendarItemTitle=f"Return {title}", WFAlertEnabled="Alert", WFAlertCustomTime=due)
is_workflow_actions_file_append(WFFilePath="Loans.txt", WFInput=f"{title}: {due}")
