"""Scan a food barcode in the shop, look the product up on world.openfoodfacts.org and show its name and Nutri-Score. If the database does not know it (status is 0), offer a web search for the code instead."""
code = is_workflow_actions_scanbarcode()
response = is_workflow_actions_downloadurl(WFURL=f"https://world.openfoodfacts.org/api/v0/product/{code}.json")
data = is_workflow_actions_detect_dictionary(WFInput=response)
status = data["status"]
if status == 0:
    is_workflow_actions_alert(WFAlertActionTitle="Unknown product", WFAlertActionMessage="Search the web?")
    is_workflow_actions_searchweb(WFInputText=f"{code}")
else:
    product = data["product"]
    name = product["product_name"]
    grade = product["nutriscore_grade"]
    is_workflow_actions_showresult(Text=f"{name}: Nutri-Score {grade}")
