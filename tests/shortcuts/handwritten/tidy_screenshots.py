"""Find screenshots older than a month, show how many there are, and move them to an album or delete them."""

old = is_workflow_actions_filter_photos(
    WFContentItemFilter=all_of(
        rule("Is a Screenshot", "is", Bool=True),
        rule("Creation Date", "in the last", Number=30, Unit=16),
    ),
    WFContentItemSortProperty="Creation Date",
    WFContentItemSortOrder="Oldest First",
    WFContentItemLimitEnabled=True,
    WFContentItemLimitNumber=50,
)
found = is_workflow_actions_count(Input=old)
device = device_details("Device Name")

# Nothing to do on most days
if found < 1:
    output(f"No screenshots on {device} 🎉")
elif found < 10 and device != "iPad":
    is_workflow_actions_notification(
        WFNotificationActionTitle="Screenshots",
        WFNotificationActionBody=f"Only {found} on {device}, I wait.",
        WFNotificationActionSound=False,
    )
else:
    match menu(f"{found} screenshots", ["Move", "Delete", "Make smaller"]):
        case "Move":
            is_workflow_actions_savetocameraroll(WFInput=old, WFCameraRollSelectedGroup="Screenshots")
        case "Delete":
            is_workflow_actions_deletephotos(photos=old)
        case "Make smaller":
            Small = None
            for photo in old:
                small = is_workflow_actions_image_resize(WFImage=photo, WFImageResizeWidth=640)
                Small.append(small)
            archive = is_workflow_actions_makezip(WFInput=Small, WFZIPName=f"{found} screenshots", WFArchiveFormat=".zip")
            is_workflow_actions_share(WFInput=archive)
