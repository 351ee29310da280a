/* What the installer does that no table of Windows Installer can do without telling a secret or trusting a visitor.

   Each action runs as SYSTEM, takes its words from CustomActionData, shows nothing and starts nothing.

   OwnFolder    puts a folder aside that somebody else made where ours shall be (everybody may make folders in
                ProgramData, and who owns one may read what is in it), and makes ours, closed from its first moment.
   OwnState     the same for the state folder, which a deployer may name: one that holds something else is refused,
                since nobody but the service could enter it afterwards.
   WriteToken   writes the enrolment token where only SYSTEM, administrators and the service may read it. The value
                would stand in the installer's log if a table (IniFile, Registry) wrote it; and the service, which has
                no identity on the network, could not fetch it from a share.
   AwaitEnd     lets the stopped service and its last contact end before their files are taken away; whoever takes
                longer is ended, which costs at most the last half minute of counting.
   Leave        on removal: ends presence in the visitors' sessions, takes away the task that starts it where another
                program is the shell, and forgets what the registry keeps until the next boot.
   OwnDisks     as OwnFolder, for the folder in which SYSTEM writes: not even a service may own that.
   Schedule     has Windows' Task Scheduler run what reads the health of the disks.
   Unschedule   takes that task away: on removal, and where an installation fails.
   Forget       takes away what was written, by its known names, and the folder if it is empty then: on removal, and
                where an installation fails. */

#define _WIN32_WINNT 0x0A00
#define UNICODE
#define COBJMACROS
#include <initguid.h>
#include <windows.h>
#include <aclapi.h>
#include <msi.h>
#include <msiquery.h>
#include <sddl.h>
#include <taskschd.h>
#include <tlhelp32.h>
#include <wchar.h>

#ifndef SERVICE_SID
#error "build_msi.py gives SERVICE_SID"
#endif
#define WIDE_(text) L##text
#define WIDE(text) WIDE_(text)
#define LONGEST 4096
#define PATIENCE_MILLISECONDS 20000
#define MOST_TRIES 5

static const WCHAR *const TRUSTED_OWNERS[] = {L"S-1-5-18", L"S-1-5-32-544", L"S-1-5-19", WIDE(SERVICE_SID)};
#define WITHOUT_SERVICES 2 /* the first of them */
#define WITH_SERVICES (sizeof TRUSTED_OWNERS / sizeof *TRUSTED_OWNERS)
static const WCHAR *const OURS[] = {L"spool", L"identity.json", L"enrolling.json", L"run.json", L"sender.json",
                                    L"trust.json", L"service.lock", L"sender.lock", L"agent.log", L"token"};
static const WCHAR TOKEN_RIGHTS[] = L"D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FR;;;" WIDE(SERVICE_SID) L")";
static const WCHAR DISKS_TASK[] = L"DPS agent disks";
static const WCHAR BOOT_KEY[] = L"Software\\DPS agent";

static BOOL words_of(MSIHANDLE session, WCHAR *words) {
    DWORD length = LONGEST;
    return MsiGetPropertyW(session, L"CustomActionData", words, &length) == ERROR_SUCCESS;
}

static void tell(MSIHANDLE session, INSTALLMESSAGE kind, const WCHAR *sentence, const WCHAR *what) {
    MSIHANDLE record = MsiCreateRecord(1);
    MsiRecordSetStringW(record, 0, sentence);
    MsiRecordSetStringW(record, 1, what);
    MsiProcessMessage(session, kind, record);
    MsiCloseHandle(record);
}

static void say(MSIHANDLE session, const WCHAR *sentence, const WCHAR *what) {
    tell(session, INSTALLMESSAGE_ERROR, sentence, what);
}

/* In the installer's log alone. */
static void note(MSIHANDLE session, const WCHAR *sentence, const WCHAR *what) {
    tell(session, INSTALLMESSAGE_INFO, sentence, what);
}

/* Who runs this action: SYSTEM, but under Wine, which knows one account. */
static BOOL own_account(PSID owner) {
    union {
        TOKEN_USER user;
        BYTE room[256];
    } us;
    DWORD length = 0;
    HANDLE token = NULL;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) return FALSE;
    BOOL same = GetTokenInformation(token, TokenUser, &us, sizeof us, &length) && EqualSid(owner, us.user.User.Sid);
    CloseHandle(token);
    return same;
}

static BOOL trusted(PSID owner, size_t most) {
    for (size_t i = 0; i < most; i++) {
        PSID known = NULL;
        BOOL same = ConvertStringSidToSidW(TRUSTED_OWNERS[i], &known) && EqualSid(owner, known);
        LocalFree(known);
        if (same) return TRUE;
    }
    return own_account(owner);
}

/* Opened as it stands, not what it may point to. */
static BOOL is_ours(const WCHAR *folder, size_t owners) {
    DWORD attributes = GetFileAttributesW(folder);
    if (attributes & FILE_ATTRIBUTE_REPARSE_POINT || !(attributes & FILE_ATTRIBUTE_DIRECTORY)) return FALSE;
    HANDLE handle = CreateFileW(folder, READ_CONTROL, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                                OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    if (handle == INVALID_HANDLE_VALUE) return FALSE;
    PSID owner = NULL;
    PSECURITY_DESCRIPTOR descriptor = NULL;
    BOOL ours = GetSecurityInfo(handle, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, NULL, NULL, NULL,
                                &descriptor) == ERROR_SUCCESS && trusted(owner, owners);
    LocalFree(descriptor);
    CloseHandle(handle);
    return ours;
}

static BOOL without_slash(WCHAR *folder) {
    size_t length = wcslen(folder);
    while (length && folder[length - 1] == L'\\') folder[--length] = 0;
    return length > 0;
}

/* What is ours stays. Where a folder above it is missing, the installer makes both. */
static BOOL own(const WCHAR *folder, const WCHAR *list, size_t owners) {
    WCHAR aside[LONGEST + 32];
    SECURITY_ATTRIBUTES rights = {sizeof rights, NULL, FALSE};
    BOOL made = FALSE;
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(list, SDDL_REVISION_1, &rights.lpSecurityDescriptor,
                                                              NULL))
        return FALSE;
    for (int tries = 0; !made && tries < MOST_TRIES; tries++) {
        made = CreateDirectoryW(folder, &rights) || GetLastError() != ERROR_ALREADY_EXISTS || is_ours(folder, owners);
        if (made) break;
        swprintf(aside, LONGEST + 32, L"%ls.of-another-%08lx", folder, GetTickCount() + tries);
        MoveFileExW(folder, aside, 0);
    }
    LocalFree(rights.lpSecurityDescriptor);
    return made;
}

/* CustomActionData of all three: the folder, a bar, and who may do what in it. */
static const WCHAR *folder_and_list(MSIHANDLE session, WCHAR *folder) {
    WCHAR *list = words_of(session, folder) ? wcschr(folder, L'|') : NULL;
    if (list) *list++ = 0;
    return list && without_slash(folder) ? list : NULL;
}

UINT __stdcall OwnFolder(MSIHANDLE session) {
    WCHAR folder[LONGEST];
    const WCHAR *list = folder_and_list(session, folder);
    return list && own(folder, list, WITH_SERVICES) ? ERROR_SUCCESS : ERROR_INSTALL_FAILURE;
}

/* SYSTEM will write in it: no service may own it. */
UINT __stdcall OwnDisks(MSIHANDLE session) {
    WCHAR folder[LONGEST];
    const WCHAR *list = folder_and_list(session, folder);
    return list && own(folder, list, WITHOUT_SERVICES) ? ERROR_SUCCESS : ERROR_INSTALL_FAILURE;
}

static BOOL holds_something_else(const WCHAR *folder) {
    WCHAR path[LONGEST + 32];
    WIN32_FIND_DATAW found;
    BOOL something = FALSE;
    for (size_t i = 0; i < sizeof OURS / sizeof *OURS; i++) {
        swprintf(path, LONGEST + 32, L"%ls\\%ls", folder, OURS[i]);
        if (GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES) return FALSE;
    }
    swprintf(path, LONGEST + 32, L"%ls\\*", folder);
    HANDLE search = FindFirstFileW(path, &found);
    if (search == INVALID_HANDLE_VALUE) return FALSE;
    do something = wcscmp(found.cFileName, L".") && wcscmp(found.cFileName, L"..");
    while (!something && FindNextFileW(search, &found));
    FindClose(search);
    return something;
}

UINT __stdcall OwnState(MSIHANDLE session) {
    WCHAR folder[LONGEST];
    const WCHAR *list = folder_and_list(session, folder);
    if (list && is_ours(folder, WITH_SERVICES) && holds_something_else(folder)) {
        say(session, L"The folder [1] holds something else, and only the service could enter it afterwards: let "
                     L"STATEDIR name a folder that does not exist yet.", folder);
        return ERROR_INSTALL_FAILURE;
    }
    return list && own(folder, list, WITH_SERVICES) ? ERROR_SUCCESS : ERROR_INSTALL_FAILURE;
}

static BOOL write_private(const WCHAR *path, const char *text, DWORD bytes) {
    SECURITY_ATTRIBUTES rights = {sizeof rights, NULL, FALSE};
    DWORD written = 0;
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(TOKEN_RIGHTS, SDDL_REVISION_1,
                                                              &rights.lpSecurityDescriptor, NULL))
        return FALSE;
    DeleteFileW(path); /* a file that is there keeps the rights that it has */
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, &rights, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
    LocalFree(rights.lpSecurityDescriptor);
    if (file == INVALID_HANDLE_VALUE) return FALSE;
    BOOL well = WriteFile(file, text, bytes, &written, NULL) && written == bytes && FlushFileBuffers(file);
    CloseHandle(file);
    return well;
}

static DWORD read_all(const WCHAR *path, char *text, DWORD most) {
    DWORD bytes = 0;
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE) return 0;
    if (!ReadFile(file, text, most, &bytes, NULL)) bytes = 0;
    CloseHandle(file);
    return bytes;
}

/* CustomActionData: where the token goes, the token or nothing, and the file that holds it or nothing; with bars between
   them, which no path and no token holds. */
UINT __stdcall WriteToken(MSIHANDLE session) {
    WCHAR words[LONGEST];
    char text[LONGEST];
    DWORD bytes = 0;
    if (!words_of(session, words)) return ERROR_INSTALL_FAILURE;
    WCHAR *token = wcschr(words, L'|'), *source = token ? wcschr(token + 1, L'|') : NULL;
    if (!source) return ERROR_INSTALL_FAILURE;
    *token++ = *source++ = 0;
    if (*token) {
        bytes = WideCharToMultiByte(CP_UTF8, 0, token, -1, text, sizeof text - 2, NULL, NULL);
        if (bytes) memcpy(text + bytes - 1, "\r\n", 2), bytes++;
    } else {
        bytes = read_all(source, text, sizeof text);
    }
    if (!bytes) say(session, L"The token file [1] cannot be read by SYSTEM, which is this computer's account in the "
                             L"domain: let that account read it.", source);
    BOOL well = bytes && write_private(words, text, bytes);
    SecureZeroMemory(text, sizeof text);
    SecureZeroMemory(words, sizeof words);
    return well ? ERROR_SUCCESS : ERROR_INSTALL_FAILURE;
}

/* Only programs of our own folder: others may have the same names. */
static void end_if_ours(DWORD process, const WCHAR *program, DWORD patience_milliseconds) {
    WCHAR path[LONGEST];
    DWORD length = LONGEST;
    HANDLE handle = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_TERMINATE | SYNCHRONIZE, FALSE, process);
    if (!handle) return;
    if (QueryFullProcessImageNameW(handle, 0, path, &length) && !_wcsicmp(path, program)
        && WaitForSingleObject(handle, patience_milliseconds) == WAIT_TIMEOUT && TerminateProcess(handle, 0))
        WaitForSingleObject(handle, 2000);
    CloseHandle(handle);
}

static void end_all(const WCHAR *program, DWORD patience_milliseconds) {
    const WCHAR *slash = wcsrchr(program, L'\\');
    PROCESSENTRY32W entry = {.dwSize = sizeof entry};
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (!slash || all == INVALID_HANDLE_VALUE) return;
    for (BOOL more = Process32FirstW(all, &entry); more; more = Process32NextW(all, &entry))
        if (!_wcsicmp(entry.szExeFile, slash + 1)) end_if_ours(entry.th32ProcessID, program, patience_milliseconds);
    CloseHandle(all);
}

UINT __stdcall AwaitEnd(MSIHANDLE session) {
    WCHAR program[LONGEST];
    if (words_of(session, program)) end_all(program, PATIENCE_MILLISECONDS);
    return ERROR_SUCCESS;
}

/* Makes a task of a definition, or takes the task of this name away where there is none. */
static BOOL set_task(const WCHAR *text, const WCHAR *definition) {
    VARIANT nothing = {.vt = VT_EMPTY};
    BSTR root = SysAllocString(L"\\"), name = SysAllocString(text);
    BSTR xml = definition ? SysAllocString(definition) : NULL;
    ITaskService *scheduler = NULL;
    ITaskFolder *folder = NULL;
    IRegisteredTask *task = NULL;
    HRESULT result = E_FAIL, begun = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    if (SUCCEEDED(CoCreateInstance(&CLSID_TaskScheduler, NULL, CLSCTX_INPROC_SERVER, &IID_ITaskService,
                                   (void **)&scheduler))) {
        if (SUCCEEDED(ITaskService_Connect(scheduler, nothing, nothing, nothing, nothing))
            && SUCCEEDED(ITaskService_GetFolder(scheduler, root, &folder))) {
            if (xml)  /* as whom it runs stands in the definition */
                result = ITaskFolder_RegisterTask(folder, name, xml, TASK_CREATE_OR_UPDATE, nothing, nothing,
                                                  TASK_LOGON_SERVICE_ACCOUNT, nothing, &task);
            else
                result = ITaskFolder_DeleteTask(folder, name, 0);
            if (task) IRegisteredTask_Release(task);
            ITaskFolder_Release(folder);
        }
        ITaskService_Release(scheduler);
    }
    if (SUCCEEDED(begun)) CoUninitialize();
    SysFreeString(root);
    SysFreeString(name);
    SysFreeString(xml);
    return SUCCEEDED(result);
}

/* CustomActionData: the file with the definition, in ASCII. Without a task the health of the disks is not known, which
   is no reason to undo the installation. */
UINT __stdcall Schedule(MSIHANDLE session) {
    WCHAR words[LONGEST], definition[LONGEST];
    char text[LONGEST];
    DWORD bytes = words_of(session, words) ? read_all(words, text, sizeof text - 1) : 0;
    text[bytes] = 0;
    if (!bytes || !MultiByteToWideChar(CP_UTF8, 0, text, -1, definition, LONGEST) || !set_task(DISKS_TASK, definition))
        note(session, L"The health of the disks will not be read: the Task Scheduler did not take [1].", words);
    return ERROR_SUCCESS;
}

UINT __stdcall Unschedule(MSIHANDLE session) {
    (void)session;
    set_task(DISKS_TASK, NULL);
    return ERROR_SUCCESS;
}

UINT __stdcall Leave(MSIHANDLE session) {
    WCHAR program[LONGEST];
    HKEY service = NULL;
    if (words_of(session, program)) end_all(program, 0);
    set_task(L"DPS agent presence", NULL);
    if (RegOpenKeyExW(HKEY_USERS, L"S-1-5-19", 0, KEY_ALL_ACCESS, &service) == ERROR_SUCCESS) {
        RegDeleteTreeW(service, BOOT_KEY);
        RegCloseKey(service);
    }
    RegDeleteTreeW(HKEY_CURRENT_USER, BOOT_KEY);
    return ERROR_SUCCESS;
}

static BOOL is_plain_folder(const WCHAR *folder) {
    DWORD attributes = GetFileAttributesW(folder);
    return attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_DIRECTORY
           && !(attributes & FILE_ATTRIBUTE_REPARSE_POINT);
}

static void forget_files_in(const WCHAR *folder) {
    WCHAR path[2 * LONGEST];
    WIN32_FIND_DATAW found;
    swprintf(path, 2 * LONGEST, L"%ls\\*", folder);
    HANDLE search = is_plain_folder(folder) ? FindFirstFileW(path, &found) : INVALID_HANDLE_VALUE;
    if (search == INVALID_HANDLE_VALUE) return;
    do {
        swprintf(path, 2 * LONGEST, L"%ls\\%ls", folder, found.cFileName);
        if (!(found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)) DeleteFileW(path);
    } while (FindNextFileW(search, &found));
    FindClose(search);
}

/* CustomActionData: the folder, then names in it, each after a bar; a name with a backslash at its end is a folder of
   files, and goes with them. */
UINT __stdcall Forget(MSIHANDLE session) {
    WCHAR words[LONGEST], path[2 * LONGEST], *rest = NULL;
    WCHAR *folder = words_of(session, words) ? wcstok_s(words, L"|", &rest) : NULL;
    size_t length = folder ? wcslen(folder) : 0;
    while (length && folder[length - 1] == L'\\') folder[--length] = 0;
    if (!length || !is_plain_folder(folder)) return ERROR_SUCCESS;
    for (WCHAR *name = wcstok_s(NULL, L"|", &rest); name; name = wcstok_s(NULL, L"|", &rest)) {
        swprintf(path, 2 * LONGEST, L"%ls\\%ls", folder, name);
        length = wcslen(path) - 1;
        if (path[length] != L'\\') {
            DeleteFileW(path);
            continue;
        }
        path[length] = 0;
        forget_files_in(path);
        RemoveDirectoryW(path);
    }
    RemoveDirectoryW(folder);
    return ERROR_SUCCESS;
}
