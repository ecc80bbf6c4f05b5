"""Month end means receipts. Let me choose the photos, put them all into one PDF called Receipts plus year and month, run my shortcut "Shrink PDF" on it, and drop what that gives back in Accounting."""
photos = is_workflow_actions_selectphoto(WFPhotoPickerTypes=["Images"], WFSelectMultiplePhotos=True)
pdf = is_workflow_actions_makepdf(WFInput=photos)
month = is_workflow_actions_format_date(WFDate=current_date(), WFDateFormatStyle="Custom", WFDateFormat="yyyy-MM")
small_pdf = run_shortcut("Shrink PDF", pdf)
receipts = is_workflow_actions_setitemname(WFInput=small_pdf, WFName=f"Receipts {month}")
is_workflow_actions_documentpicker_save(WFInput=receipts, WFAskWhereToSave=False, WFFileDestinationPath="Accounting/")
