"""Split a bill: ask for the sum, the tip and who was there, and message everybody their share."""

total = ask("How much was it?", type="Number")
if total <= 0:
    is_workflow_actions_alert(WFAlertActionTitle="🧾", WFAlertActionMessage=f"{total} is nothing to split.")
    exit_shortcut()

match menu("Tip?", ["None", "10 %", "Other"]):
    case "None":
        Tip = total
    case "10 %":
        with_tip = is_workflow_actions_math(WFInput=total, WFMathOperation="×", WFMathOperand=1.1)
        Tip = with_tip
    case "Other":
        extra = ask("How much more?", type="Number", default=5)
        with_tip = is_workflow_actions_math(WFInput=total, WFMathOperation="+", WFMathOperand=extra)
        Tip = with_tip

people = is_workflow_actions_selectcontacts(WFSelectMultiple=True)
friends = is_workflow_actions_count(Input=people, WFCountType="Items")
heads = is_workflow_actions_math(WFInput=friends, WFMathOperation="+", WFMathOperand=1)
share = is_workflow_actions_math(WFInput=Tip, WFMathOperation="÷", WFMathOperand=heads)
rounded = is_workflow_actions_round(WFInput=share, WFRoundTo="Hundredths", WFRoundType="Always Round Up")

for Repeat_Index, Repeat_Item in enumerate(people, start=1):
    first = get_property(Repeat_Item, "First Name")
    Greeting = first
    if Greeting.startswith("Dr") or "Prof" in Greeting:
        Greeting = Repeat_Item
    message = f"""Hi {Greeting} 👋,
your share of {Tip} is {rounded} ({Repeat_Index} of {friends}).
Paid on {format_date(current_date(), "Short")}."""
    if 1 <= rounded <= 100:
        is_workflow_actions_sendmessage(WFSendMessageContent=message, WFSendMessageActionRecipients=Repeat_Item)
    else:
        Large.append(message)

if Large:
    all_of_them = is_workflow_actions_text_combine(text=Large, WFTextSeparator="Custom", WFTextCustomSeparator="\n---\n")
    is_workflow_actions_setclipboard(WFInput=all_of_them)
    is_workflow_actions_showresult(Text=f"Too much to send without a look, it is on the clipboard:\n{all_of_them}")
