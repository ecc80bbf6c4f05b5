"""Look for a product at the shop of my choice: I say what I want, then pick Amazon or eBay, and the search opens there."""
product = input("What are you looking for?")
match menu("Where?", ["Amazon", "eBay"]):
    case "Amazon":
        is_workflow_actions_searchweb(WFSearchWebDestination="Amazon", WFInputText=f"{product}")
    case "eBay":
        is_workflow_actions_searchweb(WFSearchWebDestination="eBay", WFInputText=f"{product}")
