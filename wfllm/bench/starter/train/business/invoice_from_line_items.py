"""Write an invoice. Ask for the client and the next invoice number, then how many line items there are; for each ask description, quantity and unit price. Build a Markdown table with the amounts, add the net sum, VAT of 19 percent only if the client is in the country (ask with a menu), and the total. Turn it into a PDF named like Invoice 17, save it in Invoices, mail it to the client's address that I type, and set a reminder in 14 days to check that it's paid."""
client = input("Client")
invoice_number = ask("Invoice number", type="Number")
item_count = ask("How many items?", type="Number", default=1)
Net = 0
Rows = ["| Item | Qty | Price | Amount |", "|---|---|---|---|"]
for Repeat_Index in range(1, item_count + 1):
    description = input(f"Item {Repeat_Index}")
    quantity = ask("Quantity", type="Number", default=1)
    price = ask("Unit price", type="Number")
    amount = is_workflow_actions_math(WFInput=quantity, WFMathOperation="×", WFMathOperand=price)
    Net = is_workflow_actions_math(WFInput=Net, WFMathOperand=amount)
    amount_text = is_workflow_actions_format_number(WFNumber=amount)
    Rows.append(f"| {description} | {quantity} | {price} | {amount_text} |")
match menu("Where is the client?", ["Domestic", "Abroad"]):
    case "Domestic":
        Vat = is_workflow_actions_math(WFInput=Net, WFMathOperation="×", WFMathOperand=0.19)
    case "Abroad":
        Vat = 0
total = is_workflow_actions_math(WFInput=Net, WFMathOperand=Vat)
net_text = is_workflow_actions_format_number(WFNumber=Net)
vat_text = is_workflow_actions_format_number(WFNumber=Vat)
total_text = is_workflow_actions_format_number(WFNumber=total)
table = is_workflow_actions_text_combine(text=Rows)
day = is_workflow_actions_format_date(WFDate=current_date(), WFDateFormatStyle="Long", WFTimeFormatStyle="None")
markdown = f"# Invoice {invoice_number}\n{day}\n\nTo {client}\n\n{table}\n\nNet {net_text}\n\nVAT {vat_text}\n\n**Total {total_text}**"
rich_text = is_workflow_actions_getrichtextfrommarkdown(WFInput=markdown)
pdf = is_workflow_actions_makepdf(WFInput=rich_text, WFPDFIncludeMargin=True)
invoice = is_workflow_actions_setitemname(WFInput=pdf, WFName=f"Invoice {invoice_number}")
is_workflow_actions_documentpicker_save(WFInput=invoice, WFAskWhereToSave=False, WFFileDestinationPath="Invoices/")
address = input("Client's e-mail")
is_workflow_actions_sendemail(WFSendEmailActionToRecipients=address, WFSendEmailActionSubject=f"Invoice {invoice_number}", WFSendEmailActionInputAttachments=invoice)
due = is_workflow_actions_adjustdate(WFDate=current_date(), WFDuration=quantity(14, "days"))
is_workflow_actions_addnewreminder(WFCalendarItemTitle=f"Is invoice {invoice_number} paid?", WFAlertEnabled="Alert", WFAlertCustomTime=due)
