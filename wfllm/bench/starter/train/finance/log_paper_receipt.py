"""I've just photographed a paper receipt. Take that latest photo, read its text, find everything that looks like an amount (digits, a dot or comma, two digits), assume the largest is the total and add date and total to Finance/receipts.csv."""
photo = is_workflow_actions_getlastphoto()
text = is_workflow_actions_extracttextfromimage(WFImage=photo)
amounts = is_workflow_actions_text_match(text=text, WFMatchTextPattern="\\d+[.,]\\d{2}")
total = is_workflow_actions_statistics(Input=amounts, WFStatisticsOperation="Maximum")
day = is_workflow_actions_format_date(WFDate=current_date(), WFDateFormatStyle="Custom", WFDateFormat="yyyy-MM-dd")
is_workflow_actions_file_append(WFInput=f"{day},{total}", WFFilePath="Finance/receipts.csv")
