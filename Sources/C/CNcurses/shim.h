// Cells of several scalars.
#define NCURSES_WIDECHAR 1
// No macros that call themselves insert, clear or move.
#define NCURSES_NOMACROS 1
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

// Declared in term.h, among macros with the names of half of the language.
extern int setupterm(const char *name, int file, int *found);

// What Swift cannot call, or may not touch: macros, globals, arrays of wide characters.

enum { sotto_bold = 1, sotto_dim = 2, sotto_reverse = 4, sotto_underline = 8 };

// Columns of a scalar where the locale is one of UTF-8; -1 for what cannot be shown.
static inline int sotto_scalar_width(unsigned scalar) { return wcwidth((wchar_t)scalar); }

// Whether texts are UTF-8 from here on.
static inline int sotto_use_utf8(void) {
    const char *names[] = {"", "C.UTF-8", "en_US.UTF-8"};
    for (int i = 0; i < 3; i++) {
        if (setlocale(LC_CTYPE, names[i]) == NULL) continue;
        const char *codes = nl_langinfo(CODESET);
        if (codes[0] == 'U' && codes[3] == '-' && codes[4] == '8') return 1;
    }
    return 0;
}

// Whether the terminal can place a cursor and clear a screen.
static inline int sotto_terminal_is_able(void) {
    int found = 0;
    if (setupterm(NULL, STDOUT_FILENO, &found) != OK || found != 1) return 0;
    const char *place = tigetstr("cup"), *clear = tigetstr("clear");
    return place != NULL && place != (char *)-1 && clear != NULL && clear != (char *)-1;
}

// What a capability writes, without the padding of terminals that need time; an empty text for none.
static inline const char *sotto_capability(const char *name) {
    const char *text = tigetstr(name);
    return text == NULL || text == (char *)-1 ? "" : text;
}

// Takes the terminal. NULL where it cannot be driven.
static inline SCREEN *sotto_screen_open(int output, int input) {
    FILE *to = fdopen(output, "w"), *from = fdopen(input, "r");
    if (to == NULL || from == NULL) return NULL;
    SCREEN *screen = newterm(NULL, to, from);
    if (screen == NULL) return NULL;
    raw();
    noecho();
    nonl();
    scrollok(stdscr, FALSE);
    leaveok(stdscr, FALSE);
    return screen;
}

static inline void sotto_screen_clear_row(int row) {
    wmove(stdscr, row, 0);
    wclrtoeol(stdscr);
}

// One cell: a scalar and the marks over it.
static inline void sotto_screen_put(int row, int column, const unsigned *scalars, int count, int style) {
    wchar_t text[CCHARW_MAX + 1] = {0};
    for (int i = 0; i < count && i < CCHARW_MAX; i++) text[i] = (wchar_t)scalars[i];
    attr_t attributes = A_NORMAL;
    if (style & sotto_bold) attributes |= A_BOLD;
    if (style & sotto_dim) attributes |= A_DIM;
    if (style & sotto_reverse) attributes |= A_REVERSE;
    if (style & sotto_underline) attributes |= A_UNDERLINE;
    cchar_t cell;
    if (setcchar(&cell, text, attributes, 0, NULL) == OK) mvwadd_wch(stdscr, row, column, &cell);
}

// Shows what was put.
static inline void sotto_screen_show(int cursorRow, int cursorColumn, int hasCursor) {
    curs_set(hasCursor ? 1 : 0);
    wmove(stdscr, cursorRow, cursorColumn);
    wrefresh(stdscr);
}

// Draws all of it anew next time, whatever is there.
static inline void sotto_screen_doubt(void) { clearok(curscr, TRUE); }

static inline int sotto_window_size(int file, unsigned short *rows, unsigned short *columns) {
    struct winsize size = {0};
    if (ioctl(file, TIOCGWINSZ, &size) != 0) return -1;
    *rows = size.ws_row;
    *columns = size.ws_col;
    return 0;
}
