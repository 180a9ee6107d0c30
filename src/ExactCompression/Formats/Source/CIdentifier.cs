namespace ExactCompression.Formats;

/// <summary>Names of C functions derived from names of files, which may contain anything.</summary>
internal static class CIdentifier
{
    // What follows begins with this; and it stands for names of which nothing is left.
    private const string Fallback = "network";

    // C99 tells this many characters of a name apart, for names within a file; the longest ending has 10.
    private const int Longest = 63 - 10;

    private static readonly HashSet<string> Taken = [.. """
        alignas alignof asm auto bool break case catch char class co_await co_return co_yield complex concept const const_cast consteval
        constexpr constinit continue decltype default delete do double dynamic_cast else enum explicit export extern false final float for
        friend goto if imaginary import inline int long main module mutable namespace new noexcept noreturn nullptr operator override
        private protected public register reinterpret_cast requires restrict return short signed sizeof static static_assert static_cast
        struct switch template this thread_local throw true try typedef typeid typename typeof typeof_unqual union unsigned using virtual
        void volatile wchar_t while and and_eq bitand bitor compl not not_eq or or_eq xor xor_eq linux unix i386 vax NULL EOF I errno assert
        stdin stdout stderr offsetof

        abort abs access acos acosf acosh acoshf acoshl acosl alloca asctime asin asinf asinh asinhf asinhl asinl at_quick_exit atan atan2
        atan2f atan2l atanf atanh atanhf atanhl atanl atexit atof atoi atol atoll bcmp bcopy bsearch btowc bzero cabs cabsf cabsl cacos
        cacosf cacosh cacoshf cacoshl cacosl calloc carg cargf cargl casin casinf casinh casinhf casinhl casinl catan catanf catanh catanhf
        catanhl catanl cbrt cbrtf cbrtl ccos ccosf ccosh ccoshf ccoshl ccosl ceil ceilf ceill cexp cexpf cexpl cimag cimagf cimagl clearerr
        clock clog clogf clogl close conj conjf conjl connect copysign copysignf copysignl cos cosf cosh coshf coshl cosl cpow cpowf cpowl
        cproj cprojf cprojl creal crealf creall csin csinf csinh csinhf csinhl csinl csqrt csqrtf csqrtl ctan ctanf ctanh ctanhf ctanhl
        ctanl ctime difftime div drem dremf dreml erf erfc erfcf erfcl erff erfl execl execle execlp execv execve execvp exit exp exp10
        exp10f exp10l exp2 exp2f exp2l expf expl expm1 expm1f expm1l fabs fabsf fabsl fclose fdim fdimf fdiml feclearexcept fegetenv
        fegetexceptflag fegetround feholdexcept feof feraiseexcept ferror fesetenv fesetexceptflag fesetround fetestexcept feupdateenv
        fflush ffs ffsl ffsll fgetc fgetpos fgets fgetwc fgetws finite finitef finitel floor floorf floorl fma fmaf fmal fmax fmaxf fmaxl
        fmin fminf fminl fmod fmodf fmodl fopen fork fprintf fputc fputs fputwc fputws fread free freopen frexp frexpf frexpl fscanf fseek
        fsetpos ftell fwide fwprintf fwrite fwscanf gamma gammaf gammal getc getchar getenv gets getwc getwchar gmtime hypot hypotf hypotl
        ilogb ilogbf ilogbl imaxabs imaxdiv index isalnum isalpha isascii isblank iscntrl isdigit isgraph isinf isinff isinfl islower isnan
        isnanf isnanl isprint ispunct isspace isupper iswalnum iswalpha iswblank iswcntrl iswctype iswdigit iswgraph iswlower iswprint
        iswpunct iswspace iswupper iswxdigit isxdigit j0 j0f j0l j1 j1f j1l jn jnf jnl labs ldexp ldexpf ldexpl ldiv lgamma lgammaf lgammal
        llabs lldiv llrint llrintf llrintl llround llroundf llroundl localeconv localtime log log10 log10f log10l log1p log1pf log1pl log2
        log2f log2l logb logbf logbl logf logl longjmp lrint lrintf lrintl lround lroundf lroundl malloc mblen mbrlen mbrtowc mbsinit
        mbsrtowcs mbstowcs mbtowc memchr memcmp memcpy memmove mempcpy memset mktime modf modff modfl nan nanf nanl nearbyint nearbyintf
        nearbyintl nextafter nextafterf nextafterl nexttoward nexttowardf nexttowardl open perror pow pow10 pow10f pow10l powf powl printf
        putc putchar puts putwc putwchar qsort quick_exit raise rand read realloc remainder remainderf remainderl remove remquo remquof
        remquol rename rewind rindex rint rintf rintl round roundf roundl scalb scalbf scalbl scalbln scalblnf scalblnl scalbn scalbnf
        scalbnl scanf setbuf setjmp setlocale setvbuf signal signbit significand significandf significandl sin sincos sincosf sincosl sinf
        sinh sinhf sinhl sinl snprintf sprintf sqrt sqrtf sqrtl srand sscanf stpcpy stpncpy strcasecmp strcat strchr strcmp strcoll strcpy
        strcspn strdup strerror strfmon strftime strlen strncasecmp strncat strncmp strncpy strndup strpbrk strrchr strspn strstr strtod
        strtof strtoimax strtok strtol strtold strtoll strtoul strtoull strtoumax strxfrm swprintf swscanf system tan tanf tanh tanhf tanhl
        tanl tgamma tgammaf tgammal time tmpfile tmpnam toascii tolower toupper towctrans towlower towupper trunc truncf truncl ungetc
        ungetwc va_arg va_copy va_end va_start vfprintf vfscanf vfwprintf vfwscanf vprintf vscanf vsnprintf vsprintf vsscanf vswprintf
        vswscanf vwprintf vwscanf wcrtomb wcscat wcschr wcscmp wcscoll wcscpy wcscspn wcsftime wcslen wcsncat wcsncmp wcsncpy wcspbrk
        wcsrchr wcsrtombs wcsspn wcsstr wcstod wcstof wcstoimax wcstok wcstol wcstold wcstoll wcstombs wcstoul wcstoull wcstoumax wcsxfrm
        wctob wctomb wctrans wctype wmemchr wmemcmp wmemcpy wmemmove wmemset wprintf write wscanf y0 y0f y0l y1 y1f y1l yn ynf ynl
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Words that no function may be called: those of C and C++, and functions of the standard library.</summary>
    public static IReadOnlyCollection<string> Reserved => Taken;

    /// <summary>A name that a function may have: a valid one is kept, unless the language or its library has it.</summary>
    /// <param name="name">Any text.</param>
    public static string Of(string name)
    {
        // Runs of other characters become one underscore: C++ reserves names with two, and both languages those that begin with one.
        string joined = string.Join('_', string.Concat(name.Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '_'))
            .Split('_', StringSplitOptions.RemoveEmptyEntries));
        string valid = joined.Length == 0 ? Fallback
            : char.IsAsciiDigit(joined[0]) || Taken.Contains(joined) ? $"{Fallback}_{joined}" : joined;
        return valid.Length > Longest ? valid[..Longest].TrimEnd('_') : valid;
    }
}
