"""Take a picture and stamp it like an old film camera: the date as 07.11.24 in the bottom right corner, outlined. Save it to my album Film."""
photo = is_workflow_actions_takephoto(WFCameraCaptureShowPreview=False)
date = format_date(current_date(), WFDateFormatStyle="Custom", WFDateFormat="dd.MM.yy")
stamped = is_workflow_actions_overlaytext(WFImage=photo, WFText=date, WFTextPosition="Bottom Right", WFTextOutlineEnabled=True)
is_workflow_actions_savetocameraroll(WFInput=stamped, WFCameraRollSelectedGroup="Film")
