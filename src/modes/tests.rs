//! Modes under every umask, and what a set-group-id folder passes on.

use super::*;

const UMASKS: [u32; 4] = [0o000, 0o022, 0o027, 0o077];
/// Folders around: an ordinary one, and what an administrator makes for a group.
const PARENTS: [u32; 5] = [0o755, 0o700, 0o2750, 0o2770, 0o2700];

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn others_get_nothing_whatever_the_umask_and_a_group_only_what_it_was_given() {
    for umask in UMASKS {
        for parent in PARENTS {
            for access in [Access::Private, Access::PrivateToFolder, Access::Shared] {
                let (folder, file) = (access.folder(parent, umask), access.file(parent, umask));
                let case = format!("{access:?} in {parent:o} with umask {umask:o}: {folder:o} {file:o}");
                assert_eq!((folder & 0o707, file & 0o707), (0o700, 0o600), "{case}");
                let passed_on = if parent & SET_GROUP_ID == 0 { 0 } else { parent & GROUP };
                let group = match access {
                    Access::Private => 0,
                    Access::PrivateToFolder => passed_on,
                    Access::Shared => passed_on | (0o050 & !umask),
                };
                assert_eq!((folder & GROUP, file & GROUP), (group, group & GROUP_READS), "{case}");
            }
        }
    }
}

#[test]
fn folders_and_files_have_the_modes_they_should() {
    let here = tempfile::tempdir().unwrap();
    let given = umask();
    let shared = here.path().join("a/b");
    assert_eq!(create_folders(&shared, Access::Shared).unwrap(), [here.path().join("a"), shared.clone()]);
    assert_eq!(create_folders(&shared, Access::Shared).unwrap(), Vec::<PathBuf>::new());
    assert_eq!(mode(&shared), 0o700 | (0o050 & !given));
    let private = here.path().join("private");
    create_folder(&private, Access::Private).unwrap();
    assert_eq!(mode(&private), 0o700);

    let file = private.join("file");
    fs::write(&file, "x").unwrap();
    assert_eq!(mode(&file) & 0o007, 0, "nothing that the process makes is for others");
    for (access, wanted) in
        [(Access::Shared, 0o600 | (0o040 & !given)), (Access::PrivateToFolder, 0o600), (Access::Private, 0o600)]
    {
        prepare_file(&file, &private, access).unwrap();
        assert_eq!(mode(&file), wanted, "{access:?}");
    }
    let link = private.join("link");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    assert!(prepare_file(&link, &private, Access::Shared).is_err());
    assert!(open_private(&link).is_err());

    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    open_private(&file).unwrap();
    assert_eq!(mode(&file), 0o600, "one that an earlier version made");
    open_private(&private.join("new")).unwrap();
    assert_eq!(mode(&private.join("new")), 0o600);

    for (access, wanted) in [(Access::Private, 0o600), (Access::Shared, 0o666 & !given)] {
        create_output(&link, access).unwrap();
        assert!(!link.is_symlink(), "a link is replaced, not followed");
        assert_eq!(mode(&link), wanted);
    }
}

#[test]
fn a_set_group_id_folder_passes_on_its_group_and_what_it_may_do() {
    let here = tempfile::tempdir().unwrap();
    let for_group = here.path().join("personal");
    fs::create_dir(&for_group).unwrap();
    fs::set_permissions(&for_group, Permissions::from_mode(0o2750)).unwrap();
    let inside = for_group.join("table/day");
    create_folders(&inside, Access::PrivateToFolder).unwrap();
    assert_eq!(mode(&inside), 0o2750);
    let file = inside.join("file");
    fs::write(&file, "x").unwrap();
    prepare_file(&file, &inside, Access::PrivateToFolder).unwrap();
    assert_eq!(mode(&file), 0o640);
    assert_eq!(fs::metadata(&file).unwrap().gid(), fs::metadata(&for_group).unwrap().gid());
    assert_eq!(mode(&for_group), 0o2750, "what exists is left as it is");

    let private = for_group.join("staging");
    create_folder(&private, Access::Private).unwrap();
    assert_eq!(mode(&private) & 0o777, 0o700, "private is private, whatever is around it");
    create_folder(&private.join("run"), Access::PrivateToFolder).unwrap();
    assert_eq!(mode(&private.join("run")) & 0o777, 0o700);
}

#[test]
fn tells_who_can_read_and_how_to_stop_it() {
    let here = tempfile::tempdir().unwrap();
    fs::set_permissions(here.path(), Permissions::from_mode(0o755)).unwrap();
    let folder = here.path().join("it's personal");
    fs::create_dir(&folder).unwrap();
    let exposed_with = |mode: u32| {
        fs::set_permissions(&folder, Permissions::from_mode(mode)).unwrap();
        exposed(&folder).map(|found| found.remedy(Path::new("it's personal")))
    };
    let take_all = Some(r"chmod -R go-rwx 'it'\''s personal'".to_owned());
    assert_eq!(exposed_with(0o755), take_all);
    assert_eq!(exposed_with(0o750), take_all, "nobody said that this group may");
    assert_eq!(exposed_with(0o2755), Some(r"chmod -R o-rwx 'it'\''s personal'".to_owned()));
    assert_eq!(exposed_with(0o2750), None);
    assert_eq!(exposed_with(0o700), None);
    assert_eq!(exposed(&here.path().join("nothing")), None);
    fs::set_permissions(here.path(), Permissions::from_mode(0o700)).unwrap();
    assert_eq!(exposed_with(0o755), None, "nobody gets there");
}
