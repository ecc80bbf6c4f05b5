"""Scale photos down for the web. Let me choose between picking several myself and simply taking my last five photos without screenshots, make each 1080 wide, turn them into JPEGs without any metadata and save them to the album Web."""
match menu("Which photos?", ["Pick", "Last five"]):
    case "Pick":
        picked = is_workflow_actions_selectphoto(WFPhotoPickerTypes=["Images"], WFSelectMultiplePhotos=True)
        Menu_Result = picked
    case "Last five":
        latest = is_workflow_actions_getlastphoto(WFGetLatestPhotoCount=5, WFGetLatestPhotosActionIncludeScreenshots=False)
        Menu_Result = latest
resized = is_workflow_actions_image_resize(WFImage=Menu_Result, WFImageResizeWidth=1080)
jpegs = is_workflow_actions_image_convert(WFInput=resized, WFImagePreserveMetadata=False)
is_workflow_actions_savetocameraroll(WFInput=jpegs, WFCameraRollSelectedGroup="Web")
