"""What does it really cost? Ask for the price and the discount in percent, then show the final price with 20 % tax on top, two decimals."""
price = ask("Price", type="Number")
discount = ask("Discount %", type="Number", default=10)
final = is_workflow_actions_calculateexpression(Input=f"{price}*(1-{discount}/100)*1.2")
shown = is_workflow_actions_format_number(WFNumber=final)
is_workflow_actions_showresult(Text=f"You pay {shown}")
